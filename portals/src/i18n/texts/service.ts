export const serviceTexts = {
  'facility.racks': ['机柜视图', 'Racks'],
  'facility.list': ['基础设施资产清单', 'List of infrastructure'],
  'facility.byState': ['按状态突出显示', 'Highlight a state'],
  'facility.field': ['现场', 'In the field'],
  'facility.none': ['还没有基础设施资产', 'No infrastructure yet'],
} as const
