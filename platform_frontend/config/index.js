// Where `npm run dev` finds the running platform: the port that `./microservo up` says.
export default {
  dev: {
    port: 5173,
    proxy: {
      target: process.env.MICROSERVO_URL ?? 'http://127.0.0.1:8000',
      // The platform compares a write's Origin with the Host that it was asked by. Both must stay the dev server's
      // own; with `changeOrigin: true` every write would be refused.
      changeOrigin: false,
      paths: ['/api', '/signin', '/static'],
    },
  },
}
