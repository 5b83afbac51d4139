import { reference, text } from './fields.ts'

// What documents that somebody approves have in common, whatever they are about.
export const document = text('单号', 'Document', { required: true, computed: true, search: true })
export const approver = reference('审批人', 'Approver', 'user', { computed: true })
export const opinion = text('审批意见', 'Opinion', { computed: true, multiline: true })

export const draft = { label: { zh: '草稿', en: 'Draft' }, tone: 'neutral', editable: true } as const
export const submitted = { label: { zh: '待审批', en: 'Submitted' }, tone: 'active', editable: false } as const
export const approved = { label: { zh: '已批准', en: 'Approved' }, tone: 'good' } as const
export const refused = { label: { zh: '已驳回', en: 'Refused' }, tone: 'bad' } as const
export const posted = { label: { zh: '已过账', en: 'Posted' }, tone: 'good' } as const
export const submit = { label: { zh: '提交', en: 'Submit' }, from: ['draft'], to: 'submitted', action: 'operate' } as const
export const approve = {
  label: { zh: '批准', en: 'Approve' },
  from: ['submitted'],
  action: 'approve',
  input: { opinion: text('审批意见', 'Opinion', { multiline: true }) },
} as const
export const refuse = {
  label: { zh: '驳回', en: 'Refuse' },
  from: ['submitted'],
  to: 'refused',
  action: 'approve',
  effect: 'sign',
  input: { opinion: text('审批意见', 'Opinion', { required: true, multiline: true }) },
} as const
