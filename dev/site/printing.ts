import sharp, { type Sharp } from 'sharp';
import { LICENSE, LICENSE_URL, pathOfPhotograph, type Turn } from './photographs.ts';
import type { Print, Tone } from './print-plan.ts';

const DEGREES: Record<Turn, number> = {
  upright: 0,
  mirrored: 0,
  quarter: 90,
  half: 180,
  'three-quarters': 270,
};
/** Degrees that lay an upright picture the way each EXIF orientation says it lies. */
const LAID = { 1: 0, 3: 180, 6: 270, 8: 90 } as const;

/** What a file says of its licence (XMP part 2, 8.3: the namespace of rights management). */
const LICENSE_XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">
<xmpRights:Marked>False</xmpRights:Marked>
<xmpRights:WebStatement>${LICENSE_URL}</xmpRights:WebStatement>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">${LICENSE}</rdf:li></rdf:Alt></xmpRights:UsageTerms>
</rdf:Description></rdf:RDF></x:xmpmeta>`;

/** Makes the file of one print: same bytes each time with the same sharp. */
export async function makePrint(print: Print): Promise<Buffer> {
  const { rect, turn } = print.window;
  const scale = print.longSide / Math.max(rect.width, rect.height);
  const width = Math.round(rect.width * scale);
  const height = Math.round(rect.height * scale);
  const exposed = sharp(pathOfPhotograph(print.photograph))
    .extract(rect)
    .resize(width, height, { kernel: 'lanczos3', fit: 'fill' })
    .normalise({ lower: 0.5, upper: 99.5 });
  const { data, info } = await exposed
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  // Turned in two steps, as sharp keeps one rotation per pipeline and the EXIF one comes on top.
  const upright =
    turn === 'mirrored' ? sharp(data, { raw }).flop() : sharp(data, { raw }).rotate(DEGREES[turn]);
  const turned = await upright.raw().toBuffer({ resolveWithObject: true });
  const { width: w, height: h, channels } = turned.info;
  const paper = sharp(turned.data, { raw: { width: w, height: h, channels } }).rotate(
    LAID[print.orientation],
  );
  return await encode(ink(paper, print.tone), print).toBuffer();
}

function ink(image: Sharp, tone: Tone): Sharp {
  if (!tone.inks) return image;
  const [shadow, light] = tone.inks;
  // Rec. 709 luma in all three channels, then each stretched between its two inks.
  const luma: [number, number, number] = [0.2126, 0.7152, 0.0722];
  const gain = light.map((value, channel) => (value - (shadow[channel] ?? 0)) / 255);
  return image.recomb([luma, luma, luma]).linear(gain, [...shadow]);
}

function encode(image: Sharp, print: Print): Sharp {
  const turned = print.orientation === 1 ? image : image.withMetadata({ orientation: print.orientation });
  const tagged = print.statesLicense ? turned.withXmp(LICENSE_XMP) : turned;
  switch (print.format) {
    case 'jpeg':
    case 'progressive':
      return tagged.jpeg({ quality: 82, progressive: print.format === 'progressive' });
    case 'png':
      return tagged.png({ compressionLevel: 6, palette: false });
    case 'webp':
      return tagged.webp({ quality: 82 });
    case 'webp-lossless':
      return tagged.webp({ lossless: true });
    case 'gif':
      return tagged.gif();
    case 'avif':
      return tagged.avif({ quality: 60, effort: 2 });
  }
}
