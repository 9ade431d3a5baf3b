/**
 * Runs in a page. What is drawn with less contrast to what is behind it than WCAG AA asks for, a line each: texts with less than 4.5 (1.4.3; none
 * here is large), signs and lines with less than 3 (1.4.11). Colours are those that were computed, with all that lets them shine through. What a
 * search has faded is left out.
 */
export function findFaint() {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return { colour: [red, green, blue], alpha: alpha / 255 };
  };
  const lay = (above, alpha, below) => above.map((part, index) => part * alpha + below[index] * (1 - alpha));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) =>
      part / 255 <= 0.040_45 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  /** From the page to the element. */
  const chainOf = (element) => {
    const chain = [];
    for (let each = element; each !== null; each = each.parentElement) chain.unshift(each);
    return chain;
  };
  const backOf = (element) =>
    chainOf(element).reduce(
      (below, each) => {
        const { colour, alpha } = parse(getComputedStyle(each).backgroundColor);
        return lay(colour, alpha, below);
      },
      matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255],
    );
  const opacityOf = (element) =>
    chainOf(element).reduce((all, each) => all * Number(getComputedStyle(each).opacity), 1);
  const faint = [];
  const judge = (element, what, paint, share, least) => {
    const back = backOf(element);
    const { colour, alpha } = parse(paint);
    const ratio = contrast(lay(colour, alpha * share * opacityOf(element), back), back);
    if (ratio < least) faint.push(`${what}: ${ratio.toFixed(2)}`);
  };
  const nameOf = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('.faded, noscript, script') !== null || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    if (element instanceof SVGElement) {
      const isSeen =
        style.stroke !== 'none' && parse(style.stroke).alpha > 0 && (element.getAttribute('d') ?? '') !== '';
      // What flows in a line is no sign of its own: numbers say it.
      if (isSeen && !element.matches('.flow')) {
        judge(element, nameOf(element), style.stroke, Number(style.strokeOpacity), 3);
      }
      continue;
    }
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data);
    if (text.join('').trim() !== '')
      judge(element, `${nameOf(element)} "${text.join('').trim()}"`, style.color, 1, 4.5);
    if (element instanceof HTMLInputElement) {
      judge(element, `${nameOf(element)} placeholder`, getComputedStyle(element, '::placeholder').color, 1, 4.5);
      judge(element, `${nameOf(element)} border`, style.borderTopColor, 1, 3);
    }
    const sign = getComputedStyle(element, '::before');
    if (/^"\S+"$/.test(sign.content)) judge(element, `${nameOf(element)}::before`, sign.color, 1, 3);
  }
  return faint;
}
