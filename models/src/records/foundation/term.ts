import { defineRecord } from '../define.ts'
import { image, text } from '../fields.ts'

export const term = defineRecord({
  name: 'term',
  table: 'glossary_term',
  module: 'foundation',
  label: { zh: '术语与帮助', en: 'Glossary' },
  help: { zh: '一个术语一个解释，处处相同。', en: 'One term, one explanation, everywhere.' },
  fields: {
    name: text('术语', 'Term', { required: true, max: 80, search: true }),
    nameEn: text('英文术语', 'English term', { required: true, max: 80, search: true }),
    meaning: text('解释', 'Meaning', { required: true, multiline: true, search: true }),
    meaningEn: text('英文解释', 'English meaning', { required: true, multiline: true, search: true }),
    picture: image('示意图', 'Picture', { maxBytes: 2_097_152 }),
  },
  title: ['name'],
  unique: [['name']],
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: { columns: ['name', 'nameEn', 'meaning'], sort: 'name' },
})
