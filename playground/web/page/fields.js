/**
 * Input elements, in modals and in actions blocks.
 * A choice notifies its context at once, which stores it for submit or sends it.
 */
import { h } from "./dom.js";
import { uploadFile } from "./api.js";
import { textObject } from "./mrkdwn.js";
import { suggested } from "./suggested.js";

const TYPED = {
  plain_text_input: { type: "text" },
  email_text_input: { type: "email" },
  url_text_input: { type: "url" },
  number_input: { type: "number" },
  datepicker: { type: "date" },
  timepicker: { type: "time" },
  datetimepicker: { type: "datetime-local" },
};

/** The element's field. `about` has the id of its label and its description. */
export function field(element, block, context, about) {
  const draw = KINDS[element.type] ?? (TYPED[element.type] ? typed : null);
  if (!draw)
    return h("span", { class: "note" }, `A ${element.type} stands here; this page does not draw that kind.`);
  return draw(element, block, context, about);
}

/** An element's initial value, in the control API's format. */
export function initialValue(element) {
  const option = element.initial_option?.value;
  const options = element.initial_options?.map(({ value }) => value);
  const plain = [
    "value",
    "date",
    "time",
    "user",
    "users",
    "conversation",
    "conversations",
    "channel",
    "channels",
  ].map((name) => element[`initial_${name}`]);
  const moment = element.initial_date_time;
  return [option, options, ...plain, moment].find((value) => value !== undefined) ?? null;
}

const KINDS = {
  external_select: (...all) => suggested(all[0], all[1], all[2], attributes(all[0], all[3])),
  static_select: (...all) => select(optionsOf(all[0], all[2].session), ...all),
  users_select: (...all) => select(peopleOf(all[2].session), ...all),
  conversations_select: (...all) => select(channelsOf(all[2].session), ...all),
  channels_select: (...all) => select(channelsOf(all[2].session), ...all),
  multi_static_select: (...all) => boxes(optionsOf(all[0], all[2].session), ...all),
  multi_external_select: (...all) => boxes(optionsOf(all[0], all[2].session), ...all),
  multi_users_select: (...all) => boxes(peopleOf(all[2].session), ...all),
  multi_conversations_select: (...all) => boxes(channelsOf(all[2].session), ...all),
  multi_channels_select: (...all) => boxes(channelsOf(all[2].session), ...all),
  checkboxes: (...all) => boxes(optionsOf(all[0], all[2].session), ...all),
  file_input: fileInput,
  radio_buttons: radios,
  rich_text_input: (element, ...rest) => typed({ ...element, multiline: true }, ...rest),
};

function typed(element, block, context, about) {
  const many = element.multiline === true;
  const moment = element.type === "datetimepicker";
  const held = context.value(block, element);
  const notify = (event, done) =>
    context.changed(block, element, fromField(event.target.value, moment), done);
  return h(many ? "textarea" : "input", {
    ...attributes(element, about),
    ...(many ? { rows: "5" } : TYPED[element.type]),
    placeholder: element.placeholder?.text ?? null,
    minlength: element.min_length ?? null,
    maxlength: element.max_length ?? null,
    min: element.min_value ?? null,
    max: element.max_value ?? null,
    step: element.is_decimal_allowed ? "any" : null,
    value: moment && held ? localMoment(held) : String(held ?? ""),
    on: { input: (event) => notify(event, false), change: (event) => notify(event, true) },
  });
}

function select(groups, element, block, context, about) {
  const held = context.value(block, element);
  const option = ({ value, label }) => h("option", { key: value, value, selected: value === held }, label);
  const notify = (event) => context.changed(block, element, event.target.value || null, true);
  return h(
    "select",
    { ...attributes(element, about), on: { change: notify } },
    h("option", { key: "", value: "" }, element.placeholder?.text ?? "Choose"),
    groups.map((group) =>
      group.name
        ? h("optgroup", { label: group.name }, group.options.map(option))
        : group.options.map(option),
    ),
  );
}

function boxes(groups, element, block, context, about) {
  const held = context.value(block, element) ?? [];
  const flip = (value) => (event) =>
    context.changed(
      block,
      element,
      event.target.checked ? [...held, value] : held.filter((one) => one !== value),
      true,
    );
  return choices("checkbox", groups, element, block, context, about, (value) => held.includes(value), flip);
}

/** The browser's file chooser; chosen files are uploaded at once and listed below. */
function fileInput(element, block, context, about) {
  const held = context.value(block, element) ?? [];
  const upload = async ({ target }) => {
    const responses = await Promise.all(
      [...target.files].map((file) => uploadFile(context.session.user, file)),
    );
    const ids = responses.filter(({ ok }) => ok).map(({ file }) => file.id);
    context.changed(block, element, ids, true);
  };
  const name = (id) => context.session.state.files.get(id)?.name ?? "Attached";
  return h(
    "div",
    { class: "attached" },
    h("input", {
      ...attributes(element, about),
      type: "file",
      accept: element.filetypes?.map((ending) => `.${ending}`).join(",") ?? null,
      multiple: (element.max_files ?? 10) > 1 ? "" : null,
      on: { change: upload },
    }),
    held.length ? h("p", { class: "muted", role: "status" }, `Attached: ${held.map(name).join(", ")}`) : null,
  );
}

function radios(element, block, context, about) {
  const held = context.value(block, element);
  const choose = (value) => () => context.changed(block, element, value, true);
  return choices(
    "radio",
    optionsOf(element, context.session),
    element,
    block,
    context,
    about,
    (value) => value === held,
    choose,
  );
}

function choices(type, groups, element, block, context, about, isOn, notify) {
  const name = `${context.name}-${block.block_id}-${element.action_id}`;
  const choice = ({ value, label, more }) =>
    h(
      "label",
      { key: value, class: "choice" },
      h("input", { type, name, value, checked: isOn(value), on: { change: notify(value) } }),
      h("span", null, label, more ? h("span", { class: "muted" }, more) : null),
    );
  const label = about.id ? { "aria-labelledby": `${about.id}-label` } : { "aria-label": about.label };
  return h(
    "div",
    {
      ...label,
      id: about.id,
      class: "choices",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-describedby": about.described || null,
    },
    groups.map((group) => [group.name ? h("b", null, group.name) : null, group.options.map(choice)]),
  );
}

function attributes(element, about) {
  return {
    id: about.id ?? null,
    class: "entry",
    "data-action": element.action_id,
    "aria-label": about.label ?? null,
    "aria-describedby": about.described || null,
    "aria-invalid": about.invalid ? "true" : null,
    "aria-required": about.required ? "true" : null,
  };
}

function optionsOf(element, session) {
  const plain = (options) =>
    options.map(({ value, text, description }) => ({
      value,
      label: textObject(text, session),
      more: description ? textObject(description, session) : null,
    }));
  if (!element.option_groups) return [{ options: plain(element.options ?? []) }];
  return element.option_groups.map(({ label, options }) => ({ name: label.text, options: plain(options) }));
}

function peopleOf(session) {
  return [{ options: session.people().map(({ id, real_name }) => ({ value: id, label: real_name })) }];
}

function channelsOf(session) {
  return [{ options: session.channels().map(({ id }) => ({ value: id, label: session.channelName(id) })) }];
}

function fromField(text, moment) {
  if (!moment) return text || null;
  return text ? Math.round(new Date(text).getTime() / 1000) : null;
}

function localMoment(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
