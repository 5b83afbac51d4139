export { applyTechnicianFact, initialTechnician } from './technician-state.ts'
export { stepTechnician, type TechnicianAnswer, type TechnicianMessage, type TechnicianStep } from './technician-actor.ts'
