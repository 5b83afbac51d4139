import { defineRecord } from '../define.ts'
import { text } from '../fields.ts'

/** An article that takes the place of the one that comes with the product; deleting it brings that one back. */
export const helpArticle = defineRecord({
  name: 'helpArticle',
  module: 'foundation',
  label: { zh: '帮助文章', en: 'Help articles' },
  help: {
    zh: '管理员更正的帮助文章，保存后立即代替随产品提供的文章；删除后恢复原文章。',
    en: 'Help articles that administrators corrected: each takes the place of the one that came with the product at once; deleted, that one is back.',
  },
  fields: {
    key: text('页面', 'Page', {
      required: true,
      max: 80,
      search: true,
      pattern: {
        expression: '^[A-Za-z][A-Za-z0-9.-]*$',
        say: { zh: '页面键，如 alarms 或 records.asset', en: 'Key of a page, as alarms or records.asset' },
      },
      help: {
        zh: '文章所属页面，从页面的帮助里点“更正”会自动填好。',
        en: 'Page the article belongs to; filled in when one presses Correct in the help of that page.',
      },
    }),
    title: text('标题', 'Title', { required: true, max: 120, search: true }),
    titleEn: text('英文标题', 'English title', { required: true, max: 120, search: true }),
    body: text('正文', 'Text', {
      required: true,
      multiline: true,
      max: 20_000,
      search: true,
      help: { zh: '用 Markdown 书写：# 标题、- 列表、**加粗**。', en: 'Written in Markdown: # heading, - list, **bold**.' },
    }),
    bodyEn: text('英文正文', 'English text', { required: true, multiline: true, max: 20_000, search: true }),
  },
  title: ['title'],
  unique: [['key']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: { columns: ['title', 'titleEn', 'key', 'updatedBy', 'updatedAt'], sort: 'key' },
})
