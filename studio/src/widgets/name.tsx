import { type ReactElement, useState } from "react";
import { cutAt, piecesOf, plainOf } from "../model/visible";

/** Beyond it a name in a line could not be read anyway. */
const LINE = 300;

/** Text with what it hides named in its place. Its direction is its own and turns nothing around it. */
export function Visible({ text, line = false }: { readonly text: string; readonly line?: boolean }): ReactElement {
  return (
    <bdi>
      {piecesOf(text, line).map((piece, index) => piece.text ?? (
        <span key={index} role="img" className="hidden-mark" title={piece.name} aria-label={piece.name}>{piece.mark}</span>
      ))}
    </bdi>
  );
}

/** A name in one line, whoever chose it: cut where it is endless, the tooltip has more of it. */
export function Name({ text, className = "truncate" }: { readonly text: string; readonly className?: string }): ReactElement {
  return <span className={className} title={plainOf(text)}><Visible line text={text.length > LINE ? `${cutAt(text, LINE)}…` : text} /></span>;
}

/** A name that stands for itself: a long one is cut, and shown whole at a click. */
export function WholeName({ text }: { readonly text: string }): ReactElement {
  const [whole, setWhole] = useState(false);
  if (text.length <= LINE) return <Visible line text={text} />;
  return (
    <>
      <Visible line text={whole ? text : `${cutAt(text, LINE)}…`} />{" "}
      <button type="button" className="min-h-6 text-sm font-normal text-accent hover:underline" onClick={() => setWhole(!whole)}>
        {whole ? "show less" : `show all ${text.length.toLocaleString("en-US")} characters`}
      </button>
    </>
  );
}
