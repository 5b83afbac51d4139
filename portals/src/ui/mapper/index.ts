export { argumentsFrom, ParameterField, rangeText } from './parameter-field.tsx'
export {
  headlineOf,
  isAnnunciated,
  readDevice,
  readingOf,
  unitState,
  type DeviceReadings,
  type Reading,
  type UnitState,
} from './readings.ts'
export { schemaRule, type Rule } from './schema-rule.ts'
export { digitsOf, valueText, valueWithUnit } from './value-text.ts'
