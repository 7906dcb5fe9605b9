/** What colour a state has; the style sheet knows the colours. */
export type Tone = 'good' | 'calm' | 'warn' | 'bad' | 'mute';
