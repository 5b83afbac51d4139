import type { Label } from '../kinds/types.ts'
import { actionLabels } from '../records/index.ts'
import type { RecordModel } from '../records/index.ts'

/** What a state of this record means beyond its word: whether it may be edited, and where it goes from here by whose right. */
export function stateHelp(record: RecordModel, code: string): Label {
  const { lifecycle } = record
  const state = lifecycle?.states[code]
  if (!lifecycle || !state) return { zh: '', en: '' }
  const ways = Object.values(lifecycle.transitions).filter(({ from, internal }) => from.includes(code) && !internal)
  const editable = record.actions.edit !== null && (state.editable ?? code === lifecycle.initial)
  const say = (lang: 'zh' | 'en'): string => {
    const zh = lang === 'zh'
    const steps = ways.map(({ label, to, action }) => {
      const goals = [to].flat().map((goal) => lifecycle.states[goal]?.label[lang] ?? goal)
      return zh
        ? `${label.zh} → ${goals.join(' / ')}（${actionLabels[action].zh}权限）`
        : `${label.en} → ${goals.join(' / ')} (right: ${actionLabels[action].en})`
    })
    const next =
      steps.length === 0
        ? zh
          ? '没有下一步。'
          : 'Nothing follows by hand.'
        : `${zh ? '下一步：' : 'Next: '}${steps.join(zh ? '；' : '; ')}${zh ? '。' : '.'}`
    return [state.help?.[lang], editable ? (zh ? '可以修改。' : 'May be edited.') : zh ? '不能修改。' : 'Not edited any more.', next]
      .filter(Boolean)
      .join(zh ? '' : ' ')
  }
  return { zh: say('zh'), en: say('en') }
}
