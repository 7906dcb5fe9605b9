import { mostFrameBytes } from './wire/frame.ts';

/** What one side of the seam lets the other use. Each is far above what the web needs. */
export interface SeamLimits {
  /** At a time; further ones are closed at once. */
  connections: number;
  /** Open at a time, of one connection; further ones are refused. */
  calls: number;
  streams: number;
  /** Of the requests that are open. */
  requestBytes: number;
  /** Of one frame that arrives, and the values in it: of who answers, and of who asks. */
  requestFrameBytes: number;
  requestValues: number;
  answerFrameBytes: number;
  answerValues: number;
  /** Not yet read by the other side: from here on its messages and the streams have to wait. */
  roomBytes: number;
  /** Not yet read by the other side: from here on the connection is closed. */
  outgoingBytes: number;
  /** Within this time a connection says who it is. */
  helloMs: number;
  /** As `helloMs`, of a process that has only just been started. */
  startMs: number;
  /** Within this time a frame that has begun is whole. */
  frameMs: number;
  /** So long the other side may read nothing of what waits for it. */
  unreadMs: number;
  /** Events of one stream that wait, of which none may be lost. */
  waitingEvents: number;
  waitingEventBytes: number;
}

export const defaultSeamLimits: SeamLimits = {
  connections: 16,
  calls: 256,
  streams: 128,
  requestBytes: 16 * 1024 * 1024,
  requestFrameBytes: mostFrameBytes,
  // Far more than any request has: a list of dangers that were accepted is the longest.
  requestValues: 50_000,
  // The web believes its agent.
  answerFrameBytes: mostFrameBytes,
  answerValues: Infinity,
  roomBytes: 1024 * 1024,
  outgoingBytes: 32 * 1024 * 1024,
  helloMs: 2_000,
  startMs: 60_000,
  frameMs: 10_000,
  unreadMs: 30_000,
  waitingEvents: 256,
  waitingEventBytes: 128 * 1024,
};

/** Events on their way, not yet dealt with by the other side. The newest state needs one at most. */
export const eventsUnderWay = { latest: 1, every: 4 };
