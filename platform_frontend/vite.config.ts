import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vite'
import config from './config/index.js'

const { target, changeOrigin, paths } = config.dev.proxy

export default defineConfig(({ command }) => ({
  // The platform serves the page itself at every address, and what it loads under /static/app/.
  base: command === 'build' ? '/static/app/' : '/',
  plugins: [
    vue(),
    // Element Plus' components are taken in where a template names them; their styles come whole, in main.ts,
    // and their types by tsconfig.json.
    Components({ dirs: [], resolvers: [ElementPlusResolver({ importStyle: false })], dts: false }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: config.dev.port,
    proxy: Object.fromEntries(paths.map((path) => [path, { target, changeOrigin }])),
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 900 },
}))
