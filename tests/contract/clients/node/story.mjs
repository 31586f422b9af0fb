// Slack's own client for Node tells a small story: a message, a picture in its thread, a reaction. Prints what came back.
import { WebClient } from "@slack/web-api";

const { SLACK_BASE_URL, SLACK_BOT_TOKEN, CHANNEL, PICTURE } = process.env;
const slack = new WebClient(SLACK_BOT_TOKEN, { slackApiUrl: SLACK_BASE_URL, retryConfig: { retries: 0 } });

const who = await slack.auth.test();
const posted = await slack.chat.postMessage({
  channel: CHANNEL,
  text: "Casting Maya",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Casting Maya*" } }],
});
const uploaded = await slack.filesUploadV2({
  channel_id: CHANNEL,
  thread_ts: posted.ts,
  file: PICTURE,
  filename: "portrait.png",
});
await slack.reactions.add({ channel: CHANNEL, timestamp: posted.ts, name: "one" });
const refused = await slack.reactions
  .add({ channel: CHANNEL, timestamp: posted.ts, name: "one" })
  .catch((error) => error.data.error);

console.log(
  JSON.stringify({
    team: who.team,
    ts: posted.ts,
    file: uploaded.files[0].files[0].id,
    refused,
  }),
);
