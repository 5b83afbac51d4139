import { analog, flag } from '../define.ts'

export const points = [
  flag('online', ['在线', 'Online'], true, { sampleMs: 5000, interlock: true }),
  flag('streamOpen', ['视频已打开', 'Video open'], false, { sampleMs: 1000 }),
  flag('recording', ['录像中', 'Recording'], true, { sampleMs: 5000, tier: 'recommended' }),
  flag('personDetected', ['检测到人', 'Person detected'], false, { sampleMs: 1000 }),
  flag('motionDetected', ['检测到移动', 'Motion detected'], false, { sampleMs: 1000, tier: 'recommended' }),
  flag('tamper', ['遮挡/移位', 'Blocked or moved'], false, { sampleMs: 5000, tier: 'recommended' }),
  analog('storageFreePercent', ['存储剩余', 'Storage free'], [0, 100, '%'], 40, { sampleMs: 60000, deadband: 1, tier: 'optional' }),
  analog('openRequestAgeS', ['打开请求距今', 'Time since open request'], [0, 86400, 's'], 3600, {
    sampleMs: 0,
    deadband: 1,
    tier: 'derived',
  }),
]
