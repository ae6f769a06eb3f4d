// Signatures and photos travel ahead of the form that names them, and again until they arrive.

const LONGEST_SIDE = 1600;
const TRIES = 3;

/** A pad to sign on with a finger. */
export class Pad {
  constructor(canvas) {
    this.canvas = canvas;
    this.empty = true;
    this.pen = canvas.getContext("2d");
    Object.assign(this.pen, { lineWidth: 5, lineCap: "round", lineJoin: "round", strokeStyle: "#10233f" });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      const [x, y] = this.place(event);
      this.pen.beginPath();
      this.pen.moveTo(x, y);
      this.pen.lineTo(x, y);
      this.pen.stroke();
      this.down = true;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.down) return;
      this.pen.lineTo(...this.place(event));
      this.pen.stroke();
      this.empty = false;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => { this.down = false; });
    }
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) * this.canvas.width / box.width,
      (event.clientY - box.top) * this.canvas.height / box.height,
    ];
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.empty = true;
  }

  picture() {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }
}

/** A photo small enough for a road without much signal; without the place it was taken at. */
export async function shrunk(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
}

/** Send one picture of a scan; its hash. What the server refuses is thrown in its own words. */
export async function send(scan, kind, picture, token) {
  for (let tried = 1; ; tried += 1) {
    try {
      const answer = await fetch(`/courier/proofs/${scan}?kind=${kind}`, {
        method: "POST", body: picture, signal: AbortSignal.timeout(30_000),
        headers: { "x-csrf-token": token, "content-type": picture.type, accept: "application/json" },
      });
      if (answer.ok) return (await answer.json()).sha256;
      if (answer.status < 500) throw new Refused((await answer.json()).detail);
      throw new Error(answer.status);
    } catch (error) {
      if (error instanceof Refused || tried === TRIES) throw error;
      await new Promise((done) => setTimeout(done, 1000 * tried));
    }
  }
}

export class Refused extends Error {}
