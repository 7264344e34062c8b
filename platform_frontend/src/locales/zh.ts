import { gather } from './gather'
import shared from './zh.json'

export const texts = gather(shared, import.meta.glob('../areas/*/locales/zh.json', { eager: true }))
