// What a form is called when it is sent: the same words under the same name count once, changed
// words are `name.1`, `name.2`. So the server knows a repetition from a change, and the last change.

export class Sendings {
  constructor(field) {
    this.field = field;
    this.form = field.value;
    this.changes = 0;
    this.sent = null;
  }

  /** Names what is about to be sent. */
  name(values) {
    const words = JSON.stringify(values);
    if (this.sent !== null && words !== this.sent) this.changes += 1;
    this.sent = words;
    this.field.value = this.changes ? `${this.form}.${this.changes}` : this.form;
  }

  /** Goes on under the name of an earlier visit to the page. */
  again(name, values) {
    const [, form, changes] = name.match(/^(.*?)(?:\.(\d+))?$/);
    this.form = form;
    this.changes = Number(changes ?? 0);
    this.sent = JSON.stringify(values);
  }
}
