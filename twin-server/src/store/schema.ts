import type {
  DeadLetterTable,
  DeviceCursor,
  LongRollup,
  Inbox,
  Journal,
  Outbox,
  RejectCount,
  Rollup,
  RollupDirty,
  Sample,
  SnapshotTable,
  StationShard,
  Timer,
  TwFence,
  TwNode,
  TwPartition,
  TwShard,
  TwSuspect,
  TwTurn,
} from './schema-runtime.ts'
import type {
  AlarmEvent,
  AlarmFlood,
  AlarmOccurrence,
  AuditLog,
  BackupRun,
  CommandIntake,
  CommandTable,
  ControlRunTable,
  DatedRowTable,
  DeviceSecretGeneration,
  DeviceTable,
  JointActionTable,
  PositionTrack,
  Setting,
  StationTable,
} from './schema-records.ts'

/** The database as the first migration makes it; a test compares both. */
export interface Database {
  tw_node: TwNode
  tw_shard: TwShard
  tw_suspect: TwSuspect
  tw_turn: TwTurn
  station_shard: StationShard
  tw_fence: TwFence
  tw_partition: TwPartition
  journal: Journal
  snapshot: SnapshotTable
  sample: Sample
  rollup_1m: Rollup
  rollup_1h: LongRollup
  rollup_1d: LongRollup
  rollup_dirty: RollupDirty
  device_cursor: DeviceCursor
  dead_letter: DeadLetterTable
  reject_count: RejectCount
  inbox: Inbox
  outbox: Outbox
  timer: Timer
  station: StationTable
  device: DeviceTable
  device_secret_generation: DeviceSecretGeneration
  alarm_occurrence: AlarmOccurrence
  alarm_event: AlarmEvent
  alarm_flood: AlarmFlood
  command_intake: CommandIntake
  command: CommandTable
  control_run: ControlRunTable
  joint_action: JointActionTable
  position_track: PositionTrack
  audit_log: AuditLog
  backup_run: BackupRun
  setting: Setting
  dated_row: DatedRowTable
}
