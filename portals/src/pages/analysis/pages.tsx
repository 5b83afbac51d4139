import { AnalysisPage } from './analysis-page.tsx'

/** One page per analysis; each is its declaration and nothing else. */
export const InvestmentPage = () => <AnalysisPage key="investment" name="investment" />
export const UsePage = () => <AnalysisPage key="use" name="use" />
export const DistributionPage = () => <AnalysisPage key="distribution" name="distribution" />
export const OutputPage = () => <AnalysisPage key="output" name="output" />
