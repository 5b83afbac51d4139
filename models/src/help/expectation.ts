import type { Label } from '../kinds/types.ts'
import { isMany } from '../records/index.ts'
import type { Field } from '../records/index.ts'
import { displayUnit } from '../units/index.ts'

const both = (zh: string, en: string): Label => ({ zh, en })

/** What a field expects to be given, in a few words: kind, bounds, unit. For placeholders, tables of fields and explanations. */
export function expectationOf(field: Field): Label {
  const many = isMany(field)
  switch (field.type) {
    case 'text': {
      if (field.pattern) return field.pattern.say
      const max = field.max ?? (field.multiline ? 4000 : 200)
      return many ? both('输入后按回车，可填多个', 'Type and press Enter; several') : both(`最多 ${max} 字`, `At most ${max} characters`)
    }
    case 'number':
      return numberWords(field)
    case 'money':
      return field.min !== undefined && field.min < 0
        ? both('金额，元', 'Amount in yuan')
        : both('金额，元，不小于 0', 'Amount in yuan, 0 or more')
    case 'date':
      return both('日期，年-月-日', 'Date, year-month-day')
    case 'time':
      return both('日期与时间，精确到秒', 'Date and time to the second')
    case 'flag':
      return both('是或否', 'Yes or no')
    case 'choice':
      return many ? both('可选择多项', 'Choose any number') : both('选择一项', 'Choose one')
    case 'reference':
      return many
        ? both('输入文字查找，可选择多项', 'Type to find, choose any number')
        : both('输入文字查找并选择', 'Type to find and choose')
    case 'file':
    case 'image': {
      const size = Math.round((field.maxBytes ?? 20_971_520) / 1_048_576)
      return field.type === 'image'
        ? both(`图片，最大 ${size} MB`, `Picture, at most ${size} MB`)
        : both(`文件，最大 ${size} MB`, `File, at most ${size} MB`)
    }
    case 'geo':
      return both('WGS-84 纬度与经度，单位度', 'Latitude and longitude in degrees, WGS-84')
    case 'rows':
      return both('按行填写', 'Row by row')
  }
}

function numberWords(field: Extract<Field, { readonly type: 'number' }>): Label {
  const { min, max } = field
  const sign = (lang: 'zh' | 'en'): string => (field.unit ? ` ${displayUnit(field.unit, { lang })}` : '')
  const whole = field.integer ? both('整数', 'Whole number') : both('数字', 'Number')
  const bounds = (lang: 'zh' | 'en'): string => {
    if (min !== undefined && max !== undefined) return `${min} – ${max}${sign(lang)}`
    if (min !== undefined) return `≥ ${min}${sign(lang)}`
    return max === undefined ? sign(lang).trim() : `≤ ${max}${sign(lang)}`
  }
  const say = (lang: 'zh' | 'en'): string => [whole[lang], bounds(lang)].filter(Boolean).join(lang === 'zh' ? '，' : ', ')
  return both(say('zh'), say('en'))
}
