/** The workflows of the prebuilt bundle: the default export serves every action name, also of actions defined later. */
export { invokeAction as default } from './invoke-action.ts';
