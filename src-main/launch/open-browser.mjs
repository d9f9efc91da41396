import { spawn } from 'node:child_process';

/** The command that opens an address in the user's browser; null where there is nobody to see it. */
export function browserCommand(url, { platform = process.platform, env = process.env } = {}) {
  if (platform === 'darwin') return { executable: 'open', args: [url] };
  if (platform === 'win32') return { executable: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
  if (env.DISPLAY || env.WAYLAND_DISPLAY) return { executable: 'xdg-open', args: [url] };
  return null;
}

/** Tries to open the browser and never fails: the address was printed before. */
export function openBrowser(url) {
  const command = browserCommand(url);
  if (command === null) return;
  const child = spawn(command.executable, command.args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
