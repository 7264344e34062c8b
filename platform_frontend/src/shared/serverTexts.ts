/**
 * What the platform says in English, in the user's language: refusals, the activity list, the catalogue of faults.
 * English is the platform's own; `locales/server.zh.json` has the Chinese. tests/frontend compares it with the platform.
 */
import type { Problem } from '@/api/problem'
import { i18n } from './i18n'

interface ServerTexts {
  errors: Record<string, string>
  fields: Record<string, string>
  activity: Record<string, string>
  catalogue: Record<string, string>
}

let translations: ServerTexts | null = null

export async function loadServerTexts(): Promise<void> {
  translations ??= (await import('@/locales/server.zh.json')).default
}

function chinese(): ServerTexts | null {
  return i18n.global.locale.value === 'zh' ? translations : null
}

export function filled(text: string, params: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'))
}

export function sayProblem(problem: Problem): string {
  const { t, te } = i18n.global
  const own = `problem.${problem.code}`
  if (te(own)) return t(own)
  if (problem.code.startsWith('http.')) return t('problem.http', { status: problem.status })
  const text = chinese()?.errors[problem.code]
  return text ? filled(text, problem.params) : problem.message || problem.code
}

/** Messages of one input field. Their codes name the rule that was broken; the message itself may say more. */
export function sayField(problem: Problem, field: string): string {
  const messages = problem.fields[field] ?? []
  const codes = problem.fieldCodes[field] ?? []
  return messages.map((message, at) => chinese()?.fields[codes[at] ?? ''] ?? message).join(' ')
}

export function sayActivity(entry: { action: string; text: string; params: Readonly<Record<string, unknown>> }): string {
  const text = chinese()?.activity[entry.action]
  return text ? filled(text, entry.params) : entry.text
}

/** A title or help text of the catalogue. */
export function sayCatalogue(text: string): string {
  return chinese()?.catalogue[text] ?? text
}
