import { alarm } from '../define.ts'

export const alarms = [
  alarm('CM-001', 'P3', 'security', ['摄像头离线/遮挡', 'Camera offline or blocked'], {
    condition: '!online || tamper',
    clear: 'online && !tamper',
    delays: [60, 60],
    consequence: ['无视频时不允许远程操作', 'Remote operation not permitted without video'],
    action: ['修复;本站房禁止远程操作', 'Repair; remote commands blocked for this room'],
    respondWithinMin: 120,
    effects: ['blockRemote'],
    trip: { online: false },
  }),
  alarm('CM-002', 'P3', 'security', ['视频自动打开失败', 'Automatic video open failed'], {
    condition: 'station.videoAutoOpen && !streamOpen && openRequestAgeS > 10 && openRequestAgeS < 600',
    clear: 'streamOpen || !station.videoAutoOpen',
    delays: [0, 5],
    consequence: ['紧急情况或远程操作时操作员看不到现场', 'Operator blind during emergency or remote action'],
    action: ['中止远程操作,电话现场', 'Abort remote action; phone the site'],
    respondWithinMin: 2,
    effects: ['abortRemote'],
    trip: { 'station.videoAutoOpen': true, openRequestAgeS: 15 },
  }),
]
