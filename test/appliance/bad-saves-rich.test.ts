import { testBadSaves } from './bad-saves.ts';

testBadSaves('rich');
