import { actionLabels, allFields, type Field, type RecordModel } from '../records/index.ts'
import { expectationOf } from './expectation.ts'
import { stateHelp } from './state-help.ts'

export type Lang = 'zh' | 'en'

const words = {
  zh: {
    fields: '字段',
    field: '字段',
    expects: '填写',
    help: '说明',
    required: '必填',
    automatic: '系统填写',
    states: '状态',
    state: '状态',
    rights: '权限',
    create: '新建',
    edit: '修改',
    remove: '删除',
    nobody: '无人可以，只由系统进行',
    needs: '需要权限',
    usual: '通用操作',
    list: '搜索框按全文查找；筛选写在地址里，可以收藏或发给同事。点击列名排序。“导出”得到与列表相同的全部行，“导入”先检查再写入。',
    detail: '点开一行可以看到全部字段、引用它的其他记录以及完整的修改历史：谁在何时把什么改成什么。',
  },
  en: {
    fields: 'Fields',
    field: 'Field',
    expects: 'Expects',
    help: 'Meaning',
    required: 'required',
    automatic: 'set by the system',
    states: 'States',
    state: 'State',
    rights: 'Rights',
    create: 'Create',
    edit: 'Edit',
    remove: 'Delete',
    nobody: 'nobody; the system does it',
    needs: 'needs the right',
    usual: 'What every list can do',
    list: 'The search box looks through all text; filters stand in the address, so that a link keeps them. A click on a column sorts. Export gives all rows of the list, import checks first and then writes.',
    detail:
      'A row opens with all its fields, the other records that refer to it, and its full history: who changed what from what, and when.',
  },
} as const

// A bar would end the cell.
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Article of a record as far as its declaration tells it: Markdown with what it is for, fields, states and rights. */
export function recordArticle(record: RecordModel, lang: Lang): string {
  const say = words[lang]
  const stop = lang === 'zh' ? '。' : '. '
  const fieldRow = (field: Field): string => {
    const expects = field.computed
      ? say.automatic
      : `${expectationOf(field)[lang]}${field.required ? (lang === 'zh' ? `，${say.required}` : `, ${say.required}`) : ''}`
    return `| ${cell(field.label[lang])} | ${cell(expects)} | ${cell(field.help?.[lang] ?? '')} |`
  }
  const right = (action: keyof typeof actionLabels | null): string =>
    action === null ? say.nobody : `${say.needs}“${record.label[lang]} · ${actionLabels[action][lang]}”`
  const { lifecycle } = record
  return [
    record.help[lang],
    `## ${say.fields}`,
    [`| ${say.field} | ${say.expects} | ${say.help} |`, '|---|---|---|', ...Object.values(record.fields).map(fieldRow)].join('\n'),
    ...(lifecycle
      ? [
          `## ${say.states}`,
          Object.entries(lifecycle.states)
            .map(([code, { label }]) => `- **${label[lang]}** — ${stateHelp(record, code)[lang]}`)
            .join('\n'),
        ]
      : []),
    `## ${say.rights}`,
    (['create', 'edit', 'remove'] as const).map((act) => `- ${say[act]}：${right(record.actions[act])}${stop}`.trim()).join('\n'),
    `## ${say.usual}`,
    `${say.list}\n\n${say.detail}`,
  ].join('\n\n')
}

/** What the header of a column or the name of a field says when asked: its own help, then what it expects. */
export function fieldExplanation(record: RecordModel, name: string): { readonly zh: string; readonly en: string } {
  const field = allFields(record)[name]
  if (!field) return { zh: '', en: '' }
  const expects = field.computed ? { zh: words.zh.automatic, en: words.en.automatic } : expectationOf(field)
  return {
    zh: [field.help?.zh, `${expects.zh}。`].filter(Boolean).join(''),
    en: [field.help?.en, `${expects.en}.`].filter(Boolean).join(' '),
  }
}
