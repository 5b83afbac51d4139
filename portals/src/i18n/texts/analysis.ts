export const analysisTexts = {
  'analysis.period': ['期间', 'Period'],
  'analysis.split': ['展开', 'Split by'],
  'analysis.splitNone': ['不展开', 'Not split'],
  'analysis.measures': ['指标', 'Measures'],
  'analysis.byDay': ['按日', 'By day'],
  'analysis.byMonth': ['按月', 'By month'],
  'analysis.rowsOf': ['{{title}} · {{period}}（{{n}} 条）', '{{title}} · {{period}} ({{n}})'],
  'analysis.rowsCut': ['只显示前 {{n}} 条，全部请导出', 'Only the first {{n}} are shown; export for all'],
  'analysis.exportLines': ['导出曲线', 'Export lines'],
  'analysis.exportRows': ['导出明细', 'Export rows'],
  'analysis.clickHint': ['点击图中的点或表中的数字打开其明细', 'A click on a point or a figure opens its rows'],
  'analysis.booked': ['入账时间', 'Booked'],
} as const
