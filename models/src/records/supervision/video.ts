import { defineRecord } from '../define.ts'
import { choice, flag, number, reference, text, time } from '../fields.ts'

const station = reference('站点', 'Station', 'station', { required: true })

export const videoCamera = defineRecord({
  name: 'videoCamera',
  module: 'supervision',
  label: { zh: '摄像头', en: 'Cameras' },
  help: {
    zh: '站房的监控摄像头，按 RTSP 接入；状态由服务器每 10 秒查看一次。口令加密保存，不会再显示。',
    en: 'Cameras of station rooms, taken in by RTSP; the server looks after their state every 10 seconds. Passwords are kept encrypted and never shown.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    station,
    address: text('RTSP 地址', 'RTSP address', {
      required: true,
      max: 300,
      search: true,
      help: {
        zh: '不含用户名和口令，例如 rtsp://192.168.1.64:554/Streaming/Channels/101',
        en: 'Without user name and password, as rtsp://192.168.1.64:554/Streaming/Channels/101',
      },
      pattern: {
        expression: '^rtsps?://[^@/\\s]+(/\\S*)?$',
        say: {
          zh: '应为 rtsp:// 开头且不含用户名口令的地址',
          en: 'An address that begins with rtsp:// and holds no user name or password',
        },
      },
    }),
    username: text('用户名', 'User name', { max: 80 }),
    password: text('口令', 'Password', { max: 200, sensitivity: 'secret' }),
    ring: flag('留存事前画面', 'Keep what came before', {
      default: true,
      help: {
        zh: '一直取流，控制或报警发生时连同之前 30 秒一起录下；关闭则只在查看和事件时取流。',
        en: 'The stream is always taken in, so that a recording holds the 30 seconds before a control action or alarm; otherwise only while it is watched or something happens.',
      },
    }),
    transcode: flag('转为 H.264', 'Convert to H.264', {
      default: false,
      help: {
        zh: '摄像头输出 H.265 或关键帧间隔很长时打开；每路约占半个 CPU 核。',
        en: 'For cameras that send H.265 or few key frames; takes about half a CPU core each.',
      },
    }),
    status: choice(
      '状态',
      'State',
      { unknown: ['未知', 'Unknown'], online: ['在线', 'Online'], offline: ['离线', 'Offline'] },
      { required: true, computed: true, default: 'unknown' },
    ),
    statusSince: time('状态始于', 'Since', { computed: true }),
  },
  title: ['name'],
  unique: [['station', 'name']],
  indexes: [['station', 'status']],
  scope: { by: 'station', field: 'station' },
  actions: { create: 'approve', edit: 'approve', remove: 'approve' },
  statistics: { dimensions: ['status', 'station'] },
  views: { columns: ['name', 'station', 'address', 'status', 'statusSince', 'ring'], sort: 'name', filters: ['station', 'status'] },
})

export const videoRecording = defineRecord({
  name: 'videoRecording',
  module: 'supervision',
  label: { zh: '录像', en: 'Recordings' },
  help: {
    zh: '远程控制或报警前后各 30 秒的画面，自动保存；也可手动录一分钟。',
    en: 'The 30 seconds before and after a remote control action or alarm, kept by themselves; a minute may also be recorded by hand.',
  },
  fields: {
    camera: reference('摄像头', 'Camera', 'videoCamera', { required: true, computed: true }),
    station: { ...station, computed: true },
    reason: choice(
      '原因',
      'Reason',
      { control: ['远程控制', 'Remote control'], alarm: ['报警', 'Alarm'], manual: ['手动', 'By hand'] },
      { required: true, computed: true },
    ),
    source: text('命令或报警', 'Command or alarm', { computed: true, max: 2000, search: true }),
    begins: time('开始', 'From', { required: true, computed: true }),
    ends: time('结束', 'To', { required: true, computed: true }),
    status: choice(
      '状态',
      'State',
      { recording: ['录制中', 'Recording'], ready: ['可回放', 'Ready'], failed: ['失败', 'Failed'] },
      { required: true, computed: true, default: 'recording' },
    ),
    seconds: number('时长', 'Length', { computed: true, unit: 's', min: 0 }),
    bytes: number('大小', 'Size', { computed: true, unit: 'B', integer: true, min: 0 }),
    detail: text('说明', 'Detail', { computed: true, max: 500 }),
  },
  title: ['begins'],
  indexes: [
    ['station', 'begins'],
    ['camera', 'begins'],
  ],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  statistics: { dimensions: ['reason', 'station', 'begins'] },
  views: {
    columns: ['begins', 'camera', 'station', 'reason', 'source', 'seconds', 'status'],
    sort: '-begins',
    filters: ['station', 'camera', 'reason', 'begins'],
  },
})
