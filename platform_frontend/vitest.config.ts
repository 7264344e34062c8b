import { defineConfig, mergeConfig } from 'vitest/config'
import vite from './vite.config.ts'

export default defineConfig((environment) =>
  mergeConfig(vite(environment), {
    test: {
      environment: 'happy-dom',
      include: ['src/**/*.test.ts'],
      setupFiles: ['src/test/setup.ts'],
      server: { deps: { inline: ['element-plus'] } },
    },
  }),
)
