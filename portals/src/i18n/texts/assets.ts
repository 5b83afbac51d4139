export const assetTexts = {
  'asset.labels': ['二维码标签', 'QR labels'],
  'asset.labelsHint': ['打印后贴在设备上，扫码即打开设备详情', 'Print and stick on the machine; scanning opens its page'],
  'asset.print': ['打印', 'Print'],
  'asset.stock': ['设备库存总览', 'Stock overview'],
  'asset.stockHint': ['数量恒等于入库减出库；点击可查看对应序列号', 'Always receipts minus issues; open a line for its serial numbers'],
  'asset.single': ['按型号', 'By model'],
  'asset.smart': ['智慧空压站', 'Smart stations'],
  'asset.central': ['集中空压站', 'Central stations'],
  'asset.complete': ['齐套', 'Complete sets'],
  'asset.incomplete': ['缺少部件', 'Sets with missing components'],
} as const
