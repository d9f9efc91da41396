import type { RawData, WebSocket } from 'ws';
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { Reply } from '../../src-shared/contract/methods.ts';
import { serverMessageSchema, type ServerMessage } from '../../src-shared/contract/wire.ts';
import type { Core } from '../core/core.ts';

/** Above this much unsent data no further request of that window is read. */
const pauseAboveBytes = 4 * 1024 * 1024;
/** Requests of one window that may be under way at once; the next ones are answered with `busy`. */
const requestsAtOnce = 64;

/** The id of replies to messages that had none. */
const noId = -1;

/**
 * Ties one open window to the core until it closes. A window that reads slowly costs a bounded amount of memory: its
 * requests wait, and of events that say the same thing anew only the last one is kept.
 */
export function serveSocket(socket: WebSocket, core: Pick<Core, 'dispatch' | 'subscribe'>): void {
  const waitingEvents = new Map<string, WorkbenchEvent>();
  let eventUnderWay = false;
  let requestCount = 0;

  const send = (message: ServerMessage, sent: () => void) => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(serverMessageSchema.parse(message)), () => {
      if (socket.isPaused && socket.bufferedAmount <= pauseAboveBytes) socket.resume();
      sent();
    });
    if (socket.bufferedAmount > pauseAboveBytes) socket.pause();
  };

  const reply = (message: Reply) => {
    send({ kind: 'reply', reply: message }, () => undefined);
  };

  const sendNextEvent = () => {
    const next = waitingEvents.entries().next();
    if (eventUnderWay || next.done === true) return;
    const [key, event] = next.value;
    waitingEvents.delete(key);
    eventUnderWay = true;
    send({ kind: 'event', event }, () => {
      eventUnderWay = false;
      sendNextEvent();
    });
  };

  const answer = async (data: RawData) => {
    const request = parseJson(data);
    if (request === undefined) {
      reply({ id: noId, ok: false, error: { code: 'bad-request', message: 'A message was not JSON text.' } });
      return;
    }
    if (requestCount >= requestsAtOnce) {
      const message = `More than ${requestsAtOnce} requests are under way in this window; wait for their answers.`;
      reply({ id: idOf(request), ok: false, error: { code: 'busy', message } });
      return;
    }
    requestCount += 1;
    try {
      reply(await core.dispatch(request));
    } catch (error) {
      reply({ id: idOf(request), ok: false, error: toErrorShape(error) });
    } finally {
      requestCount -= 1;
    }
  };

  const unsubscribe = core.subscribe((event) => {
    // Set anew, a key keeps its place in the order; what is sent is the latest state.
    waitingEvents.set(eventKey(event), event);
    sendNextEvent();
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary) socket.close(1003, 'Requests are JSON text.');
    else void answer(data);
  });
  // Oversized and malformed frames arrive here; ws closes the connection itself, with the fitting code.
  socket.on('error', () => undefined);
  socket.on('close', unsubscribe);
}

/** Events with one key replace each other: each carries the whole state, or says «read it again». */
function eventKey(event: WorkbenchEvent): string {
  switch (event.event) {
    case 'job.changed':
      return `job ${event.job.id}`;
    case 'datasets.changed':
      return `dataset ${event.datasetId}`;
    case 'dataset.inspecting':
      return `inspection ${event.inspectionId}`;
    case 'runs.changed':
      return `run ${event.runId}`;
    case 'run.evaluating':
      return `evaluation ${event.runId}`;
    case 'run.profiling':
      return `profile ${event.runId}`;
    case 'bench.preparing':
      return `bench ${event.benchId}`;
    case 'verdicts.changed':
      return `verdict ${event.imageId}`;
    case 'operatingPoints.changed':
      return `operating points ${event.datasetId}`;
    case 'trainings.changed':
      return `training ${event.trainingId}`;
    // Each carries steps that no other has, so none takes another's place.
    case 'trainings.stepped':
      return `steps ${event.trainingId} ${event.losses[0]?.step ?? 0}`;
    case 'models.changed':
    case 'compute.changed':
      return event.event;
  }
}

function parseJson(data: RawData): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}

function idOf(request: unknown): number {
  if (typeof request !== 'object' || request === null || !('id' in request)) return noId;
  return Number.isInteger(request.id) ? Number(request.id) : noId;
}
