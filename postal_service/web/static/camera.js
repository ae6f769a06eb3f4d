// The square code of a card by the machine's own camera, where the browser can read one. A frame
// is looked at and forgotten: nothing is drawn, kept or sent but the text.

const at = (id) => document.getElementById(id);

/** Whether this browser reads such codes by itself. */
export async function able() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Open the camera until a code is seen or the dialog is closed; *heard* is given its text. */
export async function watch(heard) {
  const dialog = at("camera");
  const view = at("camera-view");
  const state = at("camera-state");
  dialog.showModal();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    state.textContent = "Không mở được máy ảnh. Cho phép trang này dùng máy ảnh, hoặc gõ tay.";
    return;
  }
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  view.srcObject = stream;
  await view.play();
  while (dialog.open) {
    const [code] = await detector.detect(view).catch(() => []);
    if (code) {
      dialog.close();
      heard(code.rawValue);
      break;
    }
    await new Promise((again) => setTimeout(again, 150));
  }
  for (const track of stream.getTracks()) track.stop();
  view.srcObject = null;
}
