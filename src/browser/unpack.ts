/** The text in an element, which is packed as base64 of gzip. */
export function unpacked(element: Element): Promise<string> {
  const packed = Uint8Array.from(atob((element.textContent ?? '').trim()), (character) => character.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
