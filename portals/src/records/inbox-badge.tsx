import { BellOutlined } from '@ant-design/icons'
import { recordOf } from '@twin/models/records'
import { Badge, Button } from 'antd'
import { Link } from 'react-router'
import { useText } from '../i18n/index.ts'
import { useList } from './record-api.ts'
import { useBells } from './use-bells.ts'

/** Unread messages, live in every tab. */
export function InboxBadge() {
  const { t } = useText()
  useBells()
  const unread = useList(recordOf('inbox'), { state: 'unread', size: '1' }).data?.total ?? 0
  return (
    <Link to="/records/inbox?state=unread" aria-label={`${t('rec.inbox')}: ${unread}`} data-testid="inbox-badge">
      <Badge count={unread} size="small" overflowCount={99}>
        <Button type="text" icon={<BellOutlined />} tabIndex={-1} />
      </Badge>
    </Link>
  )
}
