import { QrcodeOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { Link } from 'react-router'
import { useText } from '../i18n/index.ts'

/** To the page of labels of these assets. */
export function LabelsLink({ ids }: { readonly ids: readonly string[] }) {
  const { t } = useText()
  return (
    <Link to={`/assets/labels?ids=${ids.join(',')}`}>
      <Button icon={<QrcodeOutlined />} {...(ids.length > 1 ? { size: 'small' as const } : {})} data-testid="asset-labels">
        {t('asset.labels')}
      </Button>
    </Link>
  )
}
