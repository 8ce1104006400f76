// One call with SendX's own JavaScript SDK.
const sendx = require("sendx-javascript-sdk");

const client = sendx.ApiClient.instance;
client.basePath = process.env.SENDX_BASE_URL;
client.authentications.TeamApiKey.apiKey = process.env.SENDX_API_KEY;
new sendx.TrackingApi().trackContact({ email: "a@b.co", addTags: ["x"] }).then(
  (answer) => console.log(answer.message),
  () => process.exit(1),
);
