/** Shows on the Debug page what an examination finds, while it finds it. */
import { hideConnectionLost, showConnectionLost } from './connection-notice.js';
import { connect } from './connection.js';
import { parsePart, showPart } from './live-part.js';
import { ownAddress } from './own-address.js';

/** @import { FragmentEvents } from '../../server/web/updates/stream-events.ts' */
/** @import { Listeners } from './connection.js' */

const live = document.getElementById('live');
const announcer = document.getElementById('live-announcer');
let said = gistOf(textOf(live));

function textOf(root) {
  return root.querySelector('.headline').textContent.trim();
}

/** Seconds that count up are no news, and nobody wants them read out each second. */
function gistOf(text) {
  return text.replace(/[\d.]+ (s|min|h)\b/g, '');
}

connect(
  ownAddress('/debug/events'),
  /** @satisfies {Listeners<FragmentEvents>} */ ({
    page(html) {
      showPart(live, parsePart(html));
      hideConnectionLost();
      const news = textOf(live);
      if (gistOf(news) !== said) announcer.textContent = news;
      said = gistOf(news);
    },
    heartbeat: hideConnectionLost,
  }),
  (reason) => {
    showConnectionLost(reason, (notice) => live.before(notice));
  },
);
