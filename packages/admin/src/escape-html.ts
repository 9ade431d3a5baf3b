import { escapeUnprintable } from './printable.ts';

/** Longer text from the network is cut. */
const LONGEST_TEXT = 256;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that may come from the network, safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return escapeUnprintable(cut).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
