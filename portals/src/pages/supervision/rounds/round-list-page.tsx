import { inspectionTask } from '@twin/models/records'
import { Card, Progress } from 'antd'
import { Link } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { StateTag } from '../../../records/field-value.tsx'
import { useList } from '../../../records/record-api.ts'
import { formatTime } from '../../../ui/format.ts'
import { Await, Nothing, Page } from '../../../ui/widgets/index.ts'
import type { Task } from './round-points.ts'
import './rounds.css'

/** The rounds that are to be done, the most urgent first. */
export function RoundListPage() {
  const { t, lang } = useText()
  const query = useList(inspectionTask, { state: 'open,overdue', sort: 'dueAt', size: '100' })
  const tasks = (query.data?.rows ?? []) as unknown as readonly Task[]
  return (
    <Page title={t('round.title')} testId="rounds-page" hint={t('round.hint')}>
      <Await query={query}>
        {tasks.length === 0 ? <Nothing text={t('round.none')} /> : null}
        <div className="round">
          {tasks.map((task) => (
            <Link key={task.id} to={`/field/round/${task.id}`} className="round-link" data-testid="round-link">
              <Card size="small">
                <div className="round-head">
                  <span className="round-progress">{task.progress}</span>
                  <div style={{ flex: 1 }}>
                    <strong>{task.name}</strong>
                    <div className="muted">{query.data?.titles['station']?.[task.station] ?? task.station}</div>
                    <Progress percent={Math.round(task.rate)} size="small" />
                    <div className="muted">{t('round.due', { time: formatTime(task.dueAt, 'dateTime', lang) })}</div>
                  </div>
                  <StateTag record={inspectionTask} state={task.state} />
                </div>
              </Card>
            </Link>
          ))}
        </div>
      </Await>
    </Page>
  )
}
