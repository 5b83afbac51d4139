const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger\/(\d+)/, 'WeChat'],
  [/Edg\w*\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Chrom(?:e|ium)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)[^ ]* (?:Mobile\/\S+ )?Safari/, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** What somebody signed in with, in words: `Chrome 140, Windows`; what says nothing known stays as it was, at most 200 characters. */
export function deviceOf(userAgent: string | null): string | null {
  const text = userAgent?.trim() ?? ''
  if (text === '') return null
  const browser = browsers
    .flatMap(
      ([pattern, name]) =>
        pattern
          .exec(text)
          ?.slice(1)
          .map((version) => `${name} ${version}`) ?? [],
    )
    .at(0)
  const system = systems.find(([pattern]) => pattern.test(text))?.[1]
  const words = [browser, system].filter((word) => word !== undefined)
  return words.length === 0 ? text.slice(0, 200) : words.join(', ')
}
