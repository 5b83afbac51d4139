import { defineRecord } from '../define.ts'
import { choice, number, text } from '../fields.ts'

/** What was uploaded; the bytes lie in the file store under the id. Seen by whoever may see a row that holds it. */
export const storedFile = defineRecord({
  name: 'file',
  table: 'stored_file',
  module: 'foundation',
  label: { zh: '文件', en: 'Files' },
  help: { zh: '上传的文件；随其所属记录的权限查看。', en: 'Uploaded files, seen by whoever may see the record that holds them.' },
  fields: {
    name: text('文件名', 'Name', { required: true, computed: true, search: true }),
    mime: text('类型', 'Type', { required: true, computed: true }),
    bytes: number('大小', 'Size', { required: true, computed: true, integer: true, unit: 'B' }),
    sha256: text('校验和', 'SHA-256', { required: true, computed: true }),
    record: text('所属记录', 'Record', { required: true, computed: true }),
    field: text('字段', 'Field', { required: true, computed: true }),
    scan: choice(
      '病毒扫描',
      'Virus scan',
      { clean: ['通过', 'Clean'], unscanned: ['未扫描', 'Not scanned'] },
      { required: true, computed: true },
    ),
  },
  title: ['name'],
  audience: 'administration',
  actions: { create: null, edit: null, remove: null },
  views: {
    columns: ['name', 'mime', 'bytes', 'record', 'scan', 'createdBy', 'createdAt'],
    sort: '-createdAt',
    filters: ['record', 'scan'],
  },
})
