import { testBadSaves } from './bad-saves.ts';

testBadSaves('simple');
