// Uploading with progress: each file is a request of its own, its answer appears as soon as it is there.
// Without this script the form sends all files at once and the page shows the same answers.
const form = document.querySelector("[data-upload]");
const into = document.querySelector(form?.dataset.uploadInto ?? "none");

function line(name) {
  const box = document.getElementById("upload-progress").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-name]").textContent = name;
  into.prepend(box);
  return box;
}

function send(file) {
  const box = line(file.name);
  const bar = box.querySelector("progress");
  const data = new FormData();
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.append("files", file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("load", () => {
      if (request.getResponseHeader("Content-Type")?.startsWith("text/html") && request.status < 500) {
        box.outerHTML = request.responseText;
      } else {
        box.querySelector("[data-failed]").hidden = false;
        bar.remove();
      }
      done();
    });
    request.addEventListener("error", () => {
      box.querySelector("[data-failed]").hidden = false;
      bar.remove();
      done();
    });
    request.send(data);
  });
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("[type=submit]");
  const files = [...input.files];
  button.disabled = true;
  into.replaceChildren();
  for (const file of files) await send(file);
  button.disabled = false;
  input.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
