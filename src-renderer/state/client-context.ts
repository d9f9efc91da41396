import { createContext, useContext } from 'react';
import type { Client } from '../transport/client.ts';

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a ClientContext above it.');
  return client;
}
