/** What a stay is looked for with, in React Aria's widgets. */
export { Choice } from '../../shared/widgets/choice.tsx';
export { SearchForm } from './search-form.tsx';
