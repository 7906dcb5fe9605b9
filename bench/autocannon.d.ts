/** The part of autocannon that is used here; it brings no types of its own. */
declare module 'autocannon' {
  interface Result {
    requests: { total: number; average: number };
    non2xx: number;
    statusCodeStats: Record<string, { count: number }>;
    errors: number;
  }
  export default function autocannon(options: {
    url: string;
    connections: number;
    duration?: number;
    amount?: number;
    headers?: Record<string, string>;
  }): Promise<Result>;
}
