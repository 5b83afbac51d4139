import { z } from 'zod'
import type { Label } from '../kinds/types.ts'

const translated = { zh: z.locales.zhCN().localeError, en: z.locales.en().localeError }
type Issue = Parameters<typeof translated.zh>[0]

const kinds: Readonly<Record<string, Label>> = {
  string: { zh: '文字', en: 'a text' },
  number: { zh: '数字', en: 'a number' },
  int: { zh: '整数', en: 'a whole number' },
  boolean: { zh: '是或否', en: 'yes or no' },
  array: { zh: '列表', en: 'a list' },
  object: { zh: '对象', en: 'an object' },
  record: { zh: '对象', en: 'an object' },
  date: { zh: '日期', en: 'a date' },
}

/** What people read about input that a schema refused, for a form and for the API alike: no word of a program in it. */
export function issueLabel(issue: z.core.$ZodIssue): Label {
  // An issue carries its input where `reportInput` is set.
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined || issue.input === null) return { zh: '必填', en: 'Required' }
    const kind = kinds[issue.expected]
    return kind ? { zh: `应为${kind.zh}`, en: `Must be ${kind.en}` } : { zh: '输入无效', en: 'Invalid input' }
  }
  if (issue.code === 'unrecognized_keys')
    return { zh: `没有这样的字段：${issue.keys.join('、')}`, en: `There is no such field: ${issue.keys.join(', ')}` }
  if (issue.code === 'invalid_union') return { zh: '不是允许的形式', en: 'Not in an allowed form' }
  const say = (lang: 'zh' | 'en'): string => {
    const said = translated[lang](issue as Issue)
    return typeof said === 'string' ? said : (said?.message ?? issue.message)
  }
  // A schema's own words stand in both languages already, or in the one it has.
  return issue.code === 'custom'
    ? { zh: chinese(issue.message) ? issue.message : '输入无效', en: issue.message }
    : { zh: say('zh'), en: say('en') }
}

const chinese = (text: string): boolean => /\p{Script=Han}/u.test(text)
