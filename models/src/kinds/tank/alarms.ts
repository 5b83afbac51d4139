import { alarm, notice } from '../define.ts'

export const alarms = [
  alarm('TK-001', 'P1', 'safety', ['储气罐超压', 'Receiver over-pressure'], {
    condition: 'pressure > workingPressureMax',
    clear: 'pressure < workingPressureMax - 0.3',
    delays: [2, 10],
    latched: true,
    consequence: ['达到容器安全极限,安全阀必须起跳', 'Vessel safety limit; safety valve must lift'],
    action: ['全部卸载/停机,人员撤离', 'Unload/stop all units; keep people out'],
    respondWithinMin: 5,
    effects: ['unloadAll', 'openVideo', 'blockStart'],
    trip: { pressure: 8.5 },
  }),
  alarm('TK-002', 'P3', 'safety', ['安全阀起跳', 'Safety valve lifted'], {
    condition: 'safetyValveLifted',
    clear: '!safetyValveLifted',
    delays: [0, 10],
    latched: true,
    parent: 'TK-001',
    consequence: ['发生超压或安全阀泄漏,损失压缩空气', 'Over-pressure event or leaking valve; air loss'],
    action: ['核对压力,安全阀重新校验', 'Compare pressure with set pressure; re-verify valve'],
    respondWithinMin: 15,
    effects: ['openVideo', 'workOrder'],
    trip: { safetyValveLifted: true },
  }),
  alarm('TK-003', 'P3', 'process', ['储气罐积液高', 'Receiver condensate level high'], {
    condition: 'liquidLevelHigh',
    clear: '!liquidLevelHigh',
    delays: [300, 60],
    consequence: ['带水、腐蚀、有效容积减少', 'Water carry-over, corrosion, volume lost'],
    action: ['排水并检查自动排水器', 'Drain; check auto drain'],
    respondWithinMin: 120,
    effects: ['workOrder'],
    trip: { liquidLevelHigh: true },
  }),
  alarm('TK-004', 'P3', 'process', ['储气罐温度高', 'Receiver temperature high'], {
    condition: 'temperature > 60',
    clear: 'temperature < 55',
    delays: [300, 300],
    consequence: ['油或积碳着火风险,干燥机过负荷', 'Oil/carbon ignition risk, dryer overload'],
    action: ['检查后冷却器', 'Check aftercooler'],
    respondWithinMin: 120,
    trip: { temperature: 64 },
  }),
  alarm('TK-005', 'P3', 'compliance', ['法定检验超期', 'Statutory inspection overdue'], {
    condition: 'inspectionDueDays < 0 || safetyValveDueDays < 0',
    clear: 'inspectionDueDays >= 0 && safetyValveDueDays >= 0',
    delays: [0, 0],
    consequence: ['违法运行(特种设备安全法)', 'Illegal to operate (Special Equipment Safety Law)'],
    action: ['安排检验,负责人决定停用', 'Arrange inspection; supervisor decides on shutdown'],
    respondWithinMin: 1440,
    effects: ['workOrder'],
    trip: { safetyValveDueDays: -3 },
  }),
]

export const notices = [
  notice(
    'MT-008',
    ['压力容器检验60天内到期', 'Vessel inspection due in 60 days'],
    'inspectionDueDays < 60 && inspectionDueDays >= 0',
    'inspection',
    { inspectionDueDays: 30 },
  ),
  notice(
    'MT-009',
    ['安全阀校验30天内到期', 'Safety valve check due in 30 days'],
    'safetyValveDueDays < 30 && safetyValveDueDays >= 0',
    'inspection',
    { safetyValveDueDays: 10 },
  ),
]
