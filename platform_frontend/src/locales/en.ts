import { gather } from './gather'
import shared from './en.json'

export const texts = gather(shared, import.meta.glob('../areas/*/locales/en.json', { eager: true }))
